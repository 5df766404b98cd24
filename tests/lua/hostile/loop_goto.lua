-- error: the script ran longer than
::again:: goto again
