set(MBOXDIR_SOURCES
  mboxdir/first_mbox.cpp
  mboxdir/fitting_name.cpp
  mboxdir/marked_name.cpp
  mboxdir/names.cpp
  mboxdir/settings.cpp
  mboxdir/store.cpp
  mboxdir/tree.cpp)
