"""Drafts: the first version of a file that describes somebody's system, from what lies in his folder.

A draft is a guess. What nobody could guess is said, and stands in the file as something to do.
"""
