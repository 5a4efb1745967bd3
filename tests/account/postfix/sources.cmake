set(POSTFIX_TEST_SOURCES
  postfix/map_text_test.cpp
  postfix/postmap_test.cpp
  postfix/target_test.cpp
)
