sphere{}
end
