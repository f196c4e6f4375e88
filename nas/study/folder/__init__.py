"""The folder of a run: what lies in it, how it is made, opened and found to have changed."""
