"""Customers, segments, and who belongs to which.

`models` hold customers with their attributes, segments with their filters, and memberships.
`filters` says what a filter may say, `compilation` turns filters into SQL, and `preview` counts
whom they match now. `sql` has the triggers that undo a materialisation when filters change. What
fills the memberships is in `summaries/materialising.py`, since sums have to follow them.
"""
