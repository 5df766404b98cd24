local radius sphere{ radius = radius.x }
