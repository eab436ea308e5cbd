"""The nouns, frozen: plan, post, delivery, mention."""
