set(VMAIL_SOURCES
  vmail/mail.cpp
  vmail/pattern.cpp
)
