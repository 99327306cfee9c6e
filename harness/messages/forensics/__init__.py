"""What became of single messages: each one's way by the history and the evidence in it, and where it went wrong.

Pure functions of a history. Nothing is claimed that the history does not show; without evidence it shows less.
"""
