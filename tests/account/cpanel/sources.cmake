set(CPANEL_TEST_SOURCES
  cpanel/keyed_lines_test.cpp
  cpanel/passwd_file_test.cpp
  cpanel/quota_list_test.cpp
  cpanel/shadow_file_test.cpp
  cpanel/text_lines_test.cpp
)
