set(VMAIL_TEST_SOURCES
  vmail/pattern_test.cpp
)
