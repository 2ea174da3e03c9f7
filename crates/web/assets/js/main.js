// placeholder to be written
