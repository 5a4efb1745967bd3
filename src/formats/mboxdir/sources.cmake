set(MBOXDIR_SOURCES
  mboxdir/names.cpp
  mboxdir/settings.cpp
  mboxdir/store.cpp
  mboxdir/tree.cpp)
