set(POSTFIX_SOURCES
  postfix/map_reader.cpp
  postfix/map_rows.cpp
  postfix/map_text.cpp
  postfix/target.cpp
)
