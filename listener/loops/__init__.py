"""The steps of the flow, one a loop; each is safe to kill at any instruction."""
