# What a running site needs, in one folder: cmake --install BUILD --prefix DIR. ./run and the
# container image use it, so a site never runs out of the source tree.
install(TARGETS sitaminter DESTINATION bin)
install(DIRECTORY templates/ DESTINATION share/templates FILES_MATCHING PATTERN *.html)
install(DIRECTORY ${CMAKE_BINARY_DIR}/static ${CMAKE_BINARY_DIR}/errors
        ${CMAKE_BINARY_DIR}/locale DESTINATION share)
