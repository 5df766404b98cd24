-- error: 'coroutine' is not defined
coroutine.wrap(print)()
