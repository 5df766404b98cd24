sphere{}
--[[ this never ends
