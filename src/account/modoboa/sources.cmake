set(MODOBOA_SOURCES
  modoboa/alias_order.cpp
  modoboa/import_file.cpp
  modoboa/row_reader.cpp
  modoboa/row_writer.cpp
  modoboa/target.cpp
)
