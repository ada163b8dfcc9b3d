"""Pages of the programmes floor: public (search, guide, tree, plans), desk (tree, policy, plans, guides, editor)."""
