qqqqqqq()
