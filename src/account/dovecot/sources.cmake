set(DOVECOT_SOURCES
  dovecot/user_line.cpp
  dovecot/users.cpp
  dovecot/users_file.cpp
)
