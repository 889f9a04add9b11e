"""The build of the site: chapters executed, pages, pictures, and the book as zip and PDF."""
