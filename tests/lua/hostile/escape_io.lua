-- error: 'io' is not defined
io.open "/etc/passwd"
