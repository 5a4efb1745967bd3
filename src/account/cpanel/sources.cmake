set(CPANEL_SOURCES
  cpanel/keyed_lines.cpp
  cpanel/passwd_file.cpp
  cpanel/quota_list.cpp
  cpanel/shadow_file.cpp
  cpanel/text_lines.cpp
)
