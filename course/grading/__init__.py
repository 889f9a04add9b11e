"""Score assignments in a sandbox, and compare outside of it.

The answers of a student run in a process that sees no file but Python's own and NumPy's, has no
network, little memory and little time. The test cells of the assignment run in this process,
where the functions that the student was asked for are stand-ins: a call sends the arguments
into the sandbox as plain data and brings the result back as plain data. So there is nothing in
the sandbox to be read, and nothing to be replaced, that a point hangs on.
"""
