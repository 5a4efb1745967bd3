set(MODOBOA_SOURCES
  modoboa/import_file.cpp
  modoboa/row_reader.cpp
  modoboa/row_writer.cpp
  modoboa/target.cpp
)
