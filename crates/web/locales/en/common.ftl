product = Madoguchi
