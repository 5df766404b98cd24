local x = null
