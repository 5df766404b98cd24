if 1 != 2 then sphere{} end
