if 1 < 2 then sphere{} elif 2 < 3 then box{} end
