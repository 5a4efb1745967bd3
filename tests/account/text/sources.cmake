set(TEXT_TEST_SOURCES
  text/keyed_lines_test.cpp
  text/text_lines_test.cpp
)
