if true || false then sphere{} end
