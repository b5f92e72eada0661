"""What the text of code defines and uses, in any language, without a parser."""
