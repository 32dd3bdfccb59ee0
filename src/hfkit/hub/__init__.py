"""Where models come from: folders, repositories on the hub, adapters with their base."""
