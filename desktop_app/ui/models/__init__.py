"""The page of models: the list, the card as a page, comparing two, taking in and handing out."""
