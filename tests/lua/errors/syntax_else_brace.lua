if 1 < 2 then sphere{} else { box{} }
