"""The parameters of a question.

`fields` say how a value is read, refused and described. `declared` has the parameters, each an
object, and the groups of them that reports accept. `request` reads those of an address and holds
the rules between them.
"""
