set(DOVECOT_SOURCES
  dovecot/acl_file.cpp
  dovecot/subscription_file.cpp
  dovecot/subscription_list.cpp)
