# Turns the text file IN into a C source OUT that holds it as the array model_yang_text.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "#include \"lib/model.h\"\n\nconst char model_yang_text[] = {${bytes}0};\n")
