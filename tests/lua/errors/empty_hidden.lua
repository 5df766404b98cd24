hide(sphere{})
