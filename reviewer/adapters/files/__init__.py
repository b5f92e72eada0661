"""Local repositories, the checkout and report files, read without leaving their folder."""
