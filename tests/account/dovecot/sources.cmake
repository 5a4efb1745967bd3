set(DOVECOT_TEST_SOURCES
  dovecot/users_test.cpp
)
