light{}:paint "gold"
