-- error: 'collectgarbage' is not defined
collectgarbage()
