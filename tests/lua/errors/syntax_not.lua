if !true then sphere{} end
