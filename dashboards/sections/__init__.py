"""Parts of pages that are too long for one script; pages stay the list of what stands where."""
