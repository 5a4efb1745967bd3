set(JSON_TEST_SOURCES
  json/settings_test.cpp
)
