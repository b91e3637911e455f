"""Products from a file: checked without a change, shown, applied whole or not at all, undone.

reading    bytes -> lines of text cells            columns   which cells mean what
cells      a text -> a value, or why not           state     what the catalogue says now, as texts
planning   what each line would change             checking  keeps that plan, in the background
applying   writes the plan in one transaction      writing   its bulk statements
undoing    the way back                            pictures  addresses of pictures, fetched after
exporting  the same columns the other way          progress  states, and who may leave them
"""
