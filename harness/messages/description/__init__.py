"""Somebody's system of facade, logging and messages services, as a file describes it: what it says, and what follows.

`model.py` is the whole of what can be said. The rest reads it: `decoding` from a file, `launching` for the nodes,
`harness.messages.speaking` for requests and answers.
"""
