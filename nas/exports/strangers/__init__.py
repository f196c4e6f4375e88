"""What strangers do with exported files: scripts that are never imported, but run in clean processes (`nas.exports.clean`)."""
