-- error: table#
error({})
