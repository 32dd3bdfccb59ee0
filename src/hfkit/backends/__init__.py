"""What runs models: small protocols, a registry, and a folder for each backend."""
