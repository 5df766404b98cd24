room{ open = "up" }
room{ open = { "front", "ceiling" } }
room{ open = true }
room{ ceiling = "white" }
room{ front = "red", open = "front" }
room{ size = {1, 0, 1} }
room{ open = { "left", "right", "back", "front", "bottom", "top" } }
