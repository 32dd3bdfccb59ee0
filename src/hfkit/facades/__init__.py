"""One module a verb: typed settings in front of an engine. No facade imports another."""
