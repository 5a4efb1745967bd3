set(MBOXDIR_SOURCES
  mboxdir/names.cpp
  mboxdir/store.cpp
  mboxdir/tree.cpp)
